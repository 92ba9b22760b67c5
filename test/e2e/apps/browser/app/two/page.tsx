import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function TwoPage() {
  return (
    <>
      <List name="first" initial={itemsFrom(0, 20)} />
      <List name="second" initial={itemsFrom(1000, 20)} />
    </>
  )
}
