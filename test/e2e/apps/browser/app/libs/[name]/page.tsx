import { Ready } from '../../../components/counter'
import { Library } from '../../../components/libraries'

export const generateStaticParams = () =>
  ['sojourn', 'usehooks-ts', 'usehooks-ts-later', 'use-session-storage-state', 'jotai', 'zustand'].map(
    (name) => ({ name }),
  )

export default async function LibraryPage({ params }: { params: Promise<{ name: string }> }) {
  const { name } = await params
  return (
    <>
      <Ready />
      <Library id="a" name={name} />
      <Library id="b" name={name} />
    </>
  )
}
