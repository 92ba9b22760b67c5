import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Skeleton } from '@/components/skeleton'
import { Submit } from '@/components/submit'
import { getSession } from '@/lib/session'
import { savePreferences } from './actions'
import { densities, preferencesOf, themes } from './preferences'

export const metadata: Metadata = { title: 'Preferences' }

export default function PreferencesPage() {
  return (
    <div className="sheet">
      <h1>Preferences</h1>
      <p>Kept in the session, and applied on the server: no flash of the wrong colours on reload.</p>
      <Suspense fallback={<Skeleton lines={3} />}>
        <PreferencesForm />
      </Suspense>
    </div>
  )
}

async function PreferencesForm() {
  const { theme, density } = preferencesOf(await getSession())
  return (
    <form action={savePreferences} className="stack">
      <Choice legend="Theme" name="theme" options={themes} chosen={theme} />
      <Choice legend="Density" name="density" options={densities} chosen={density} />
      <Submit>Save</Submit>
    </form>
  )
}

interface ChoiceProps {
  legend: string
  name: string
  options: readonly string[]
  chosen: string
}

function Choice({ legend, name, options, chosen }: ChoiceProps) {
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input type="radio" name={name} value={option} defaultChecked={option === chosen} />
          {option}
        </label>
      ))}
    </fieldset>
  )
}
