import { List } from '../../components/list'
import { itemsFrom } from '../../lib/items'

export default function BoxedPage() {
  return (
    <div id="box" style={{ height: 500, overflow: 'auto' }}>
      <div style={{ overflowX: 'auto' }}>
        <List name="posts" initial={itemsFrom(0, 20)} />
      </div>
    </div>
  )
}
