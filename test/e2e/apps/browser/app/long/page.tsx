import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function LongPage() {
  return <List name="posts" initial={itemsFrom(0, 250)} count={250} />
}
