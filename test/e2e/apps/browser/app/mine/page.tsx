import { Suspense } from 'react'
import { Ready } from '../../components/counter'
import { List } from '../../components/list'
import { Draft, Tagged } from '../../components/mine'
import { itemsFrom } from '../../lib/items'
import { become } from './actions'
import { sessionOf } from '../../lib/mine'

export default function MinePage() {
  return (
    <Suspense fallback={<p>…</p>}>
      <Mine />
    </Suspense>
  )
}

async function Mine() {
  const session = await sessionOf()
  return (
    <Tagged initial={session}>
      <Ready />
      <p id="tag">{session.tag ?? 'nobody'}</p>
      {['ada', 'bob', ''].map((name) => (
        <form key={name} action={become}>
          <button id={`be-${name || 'nobody'}`} name="tag" value={name}>
            be {name}
          </button>
        </form>
      ))}
      <Draft />
      <List name="mine" initial={itemsFrom(0, 20)} />
    </Tagged>
  )
}
