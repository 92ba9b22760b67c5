'use client'

import { useSearchParams } from 'next/navigation'
import { Submit } from '@/components/submit'
import { placeOrder } from './actions'
import { useDraft } from './draft'
import { type Order, ways } from './order'
import { Step } from './step'

const steps = ['address', 'delivery', 'review']

/**
 * One form in three steps. The address says which step is shown, so that Back goes a step
 * back; the draft keeps what was filled in. Without JavaScript all steps stand there at once.
 */
export function Wizard({ children }: { children: React.ReactNode }) {
  const [draft, setDraft, { status }] = useDraft()
  const wanted = Math.max(steps.indexOf(useSearchParams()?.get('step') ?? ''), 0)
  const isAddressed = status === 'server' || (draft.name && draft.street && draft.town)
  const at = isAddressed ? wanted : 0

  function go(to: number): void {
    window.history.pushState(null, '', `?step=${steps[to]}`)
  }

  function field(name: keyof Order) {
    return {
      name,
      value: draft[name],
      onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
        setDraft((before) => ({ ...before, [name]: event.target.value })),
    }
  }

  return (
    <form
      action={placeOrder}
      className="wizard"
      onSubmit={(event) => {
        if (at === steps.length - 1) return
        event.preventDefault()
        go(at + 1)
      }}
    >
      <Step number={1} title="Where to" isCurrent={at === 0}>
        <label>
          Name
          <input {...field('name')} autoComplete="name" required maxLength={200} />
        </label>
        <label>
          Street
          <input {...field('street')} autoComplete="address-line1" required maxLength={200} />
        </label>
        <label>
          Town
          <input {...field('town')} autoComplete="address-level2" required maxLength={200} />
        </label>
        <button className="scripted">Continue</button>
      </Step>

      <Step number={2} title="How" isCurrent={at === 1}>
        <div className="choice" role="radiogroup" aria-label="Delivery">
          {ways.map((way) => (
            <label key={way}>
              <input type="radio" {...field('way')} value={way} checked={draft.way === way} />
              {way}
            </label>
          ))}
        </div>
        <label>
          A note for whoever carries it, if you like
          <input {...field('note')} maxLength={200} />
        </label>
        <button className="scripted">Continue</button>
      </Step>

      <Step number={3} title="Look over" isCurrent={at === 2}>
        <p className="scripted">
          For {draft.name}, {draft.street}, {draft.town}, {draft.way}.{draft.note && ` “${draft.note}”`}
        </p>
        <button type="button" className="plain scripted" onClick={() => go(0)}>
          Change
        </button>
        {children}
        <p className="hint">There is nothing to pay: Wayside sells nothing.</p>
        <Submit>Place order</Submit>
      </Step>
    </form>
  )
}
