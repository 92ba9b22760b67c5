import { serveBrowserApp } from './browser/app.ts'
import { testOwners } from './browser/owners.ts'
import { testPlaced, testState } from './browser/state.ts'

const scene = serveBrowserApp({ cacheComponents: true })

testOwners(scene)
testPlaced(scene)
testState(scene)
