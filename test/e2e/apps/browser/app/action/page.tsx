import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'
import { moreItems } from './actions'

export default function ActionPage() {
  return <List name="posts" initial={itemsFrom(0, 20)} action={moreItems} />
}
