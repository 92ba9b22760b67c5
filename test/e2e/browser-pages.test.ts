import { serveBrowserApp } from './browser/app.ts'
import { testFound } from './browser/found.ts'
import { testLoading } from './browser/loading.ts'
import { testVirtual } from './browser/virtual.ts'

const scene = serveBrowserApp()

testFound(scene)
testLoading(scene)
testVirtual(scene)
