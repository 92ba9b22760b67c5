import { Counter, Huge, Ready, Rich, Switching } from '../../components/counter'

export default function StatePage() {
  return (
    <>
      <Ready />
      <Counter id="a" />
      <Counter id="b" />
      <Rich />
      <Switching />
      <Huge />
    </>
  )
}
