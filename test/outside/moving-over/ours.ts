/** The old application as it is, on a store of ours. */

import { app } from './app.ts'
import { addRoutes } from './routes.ts'

addRoutes(app)
app.listen(Number(process.env['PORT']))
