import { serveBrowserApp } from './browser/app.ts'
import { testLibraries } from './browser/libraries.ts'
import { testOwners } from './browser/owners.ts'
import { testPlaced, testState } from './browser/state.ts'

const scene = serveBrowserApp()

testLibraries(scene)
testOwners(scene)
testPlaced(scene)
testState(scene)
