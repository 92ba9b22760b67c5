import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function BoundedPage() {
  return <List name="posts" initial={itemsFrom(0, 20)} limit={5000} />
}
