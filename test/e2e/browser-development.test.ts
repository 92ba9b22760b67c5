import { serveBrowserApp } from './browser/app.ts'
import { testStrict } from './browser/strict.ts'

testStrict(serveBrowserApp({ dev: true }))
