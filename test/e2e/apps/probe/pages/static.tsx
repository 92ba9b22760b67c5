export default function Static() {
  return <p>the same for all</p>
}
