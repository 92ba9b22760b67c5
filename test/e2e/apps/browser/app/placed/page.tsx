import { Counter, Ready } from '../../components/counter'

export default function PlacedPage() {
  return (
    <>
      <Ready />
      <Counter id="a" scope="history-entry" />
      <Counter id="b" scope="history-entry" />
    </>
  )
}
