import { act } from './actions'

export default function Guarded() {
  return (
    <form action={act}>
      <button id="act">act</button>
    </form>
  )
}
