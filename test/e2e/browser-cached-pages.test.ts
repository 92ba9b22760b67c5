import { serveBrowserApp } from './browser/app.ts'
import { testFound } from './browser/found.ts'
import { testLoading } from './browser/loading.ts'
import { testVirtual } from './browser/virtual.ts'

const scene = serveBrowserApp({ cacheComponents: true })

testFound(scene)
testLoading(scene)
testVirtual(scene)
