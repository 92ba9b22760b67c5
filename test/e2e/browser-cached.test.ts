import { serveBrowserApp } from './browser/app.ts'
import { testFound } from './browser/found.ts'
import { testLists } from './browser/lists.ts'
import { testLoading } from './browser/loading.ts'
import { testOwners } from './browser/owners.ts'
import { testPlaced, testState } from './browser/state.ts'
import { testVirtual } from './browser/virtual.ts'

const scene = serveBrowserApp({ cacheComponents: true })

testLists(scene)
testLoading(scene)
testFound(scene)
testVirtual(scene)
testState(scene)
testPlaced(scene)
testOwners(scene)
