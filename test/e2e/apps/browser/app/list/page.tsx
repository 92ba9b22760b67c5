import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function ListPage() {
  return <List name="posts" initial={itemsFrom(0, 20)} />
}
