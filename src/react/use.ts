/**
 * `use` of React 19.
 *
 * @module
 */

import * as React from 'react'

/** Missing in React 18. As a value of the module and not by its name, or bundlers complain there. */
export const use: typeof React.use | undefined = Reflect.get(React, 'use') as typeof React.use | undefined
