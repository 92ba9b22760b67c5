/** @module Platforms whose files end with the instance, and where each instance has its own. */

import { warnOnce } from '../../core/warn.ts'

/** What their environments set → what they are called. */
const PLATFORMS: Readonly<Record<string, string>> = {
  VERCEL: 'Vercel',
  AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda',
  NETLIFY: 'Netlify',
  K_SERVICE: 'Google Cloud Run',
  FUNCTIONS_WORKER_RUNTIME: 'Azure Functions',
  DYNO: 'Heroku',
}

/** Says once, where the environment tells of such a platform, that sessions in a file end with the instance. */
export function warnOfFleetingDisk(file: string, env: NodeJS.ProcessEnv = process.env): void {
  const found = Object.keys(PLATFORMS).find((name) => env[name])
  if (found === undefined) return
  warnOnce(
    () =>
      `sqliteStore keeps sessions in a file, and this is ${PLATFORMS[found]}: files end with the instance there, and each instance has its own. So visitors will be signed out, some of them at once. Use redisStore or upstashStore. If the file lies on a disk that lasts and all instances share no other, silence this by --disable-warning=SOJOURN_FLEETING_DISK.`,
    'SOJOURN_FLEETING_DISK',
    file,
  )
}
