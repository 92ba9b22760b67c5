import { serveBrowserApp } from './browser/app.ts'
import { testLists } from './browser/lists.ts'

const scene = serveBrowserApp({ cacheComponents: true })

testLists(scene)
