/**
 * A site of somebody else, whose pages send requests to ours.
 *
 * @module
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running site. */
export interface ForeignSite {
  /** The address of a page that does something to `target`, seen as a host of the given name. */
  page(host: 'localhost' | '127.0.0.1', attack: Attack, target: string): string
  stop(): Promise<void>
}

/**
 * What the page does: post a form by itself, do so from a frame without an origin, post by script,
 * follow a link, show a page in a frame.
 */
export type Attack = 'form' | 'frame' | 'script' | 'link' | 'embed'

const ATTACKS: Record<Attack, (target: string) => string> = {
  form: (target) =>
    `<form method="post" action="${target}"><input name="a" value="b"></form><script>document.forms[0].submit()</script>`,
  frame: (target) => `<iframe sandbox="allow-forms allow-scripts" src="/?${query('form', target)}"></iframe>`,
  link: (target) => `<a id="link" href="${target}">there</a><script>link.click()</script>`,
  embed: (target) => `<iframe src="${target}"></iframe>`,
  script: (target) =>
    `<script>fetch('${target}', { method: 'POST', mode: 'no-cors', credentials: 'include' })</script>`,
}

function query(attack: Attack, target: string): string {
  return new URLSearchParams({ attack, target }).toString()
}

/** Starts the site. The caller stops it. */
export async function startForeignSite(): Promise<ForeignSite> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://foreign')
    const attack = ATTACKS[searchParams.get('attack') as Attack]
    response.setHeader('content-type', 'text/html')
    response.end(attack?.(searchParams.get('target') ?? '') ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    page: (host, attack, target) => `http://${host}:${port}/?${query(attack, target)}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
