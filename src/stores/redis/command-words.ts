/** @module Commands as they travel, and clients that send others. */

import type { Command } from './client.ts'

/** A client changed a command, which was not sent then. */
export class ChangedCommand extends Error {
  override readonly name = 'ChangedCommand'
  /** The name of it. Not in the text, which would read as a refusal of the server. */
  readonly command: string

  constructor(command: string) {
    super('changed before it was sent')
    this.command = command
  }
}

/** What a client has made of a command. */
export interface QueuedCommand {
  readonly name: string
  readonly args: readonly unknown[]
}

/** A command as it is sent: its name and its arguments. */
export function wordsOf([name, ...args]: Command): string[] {
  const all = name.startsWith('eval')
    ? [args[0]!, (args[1] as readonly string[]).length, ...args.slice(1)]
    : args
  return [name, ...all.flat().map(String)]
}

/**
 * Compares what will be sent with what was asked for: later nothing shows the difference.
 *
 * @param prefix what the client puts in front of keys
 * @throws ChangedCommand
 */
export function assertUnchanged(queued: QueuedCommand, command: Command, prefix: string): void {
  const [name = '', ...words] = wordsOf(command)
  const isSame =
    queued.name === name &&
    queued.args.length === words.length &&
    queued.args.every((arg, i) => arg === words[i] || (prefix !== '' && String(arg) === prefix + words[i]))
  if (!isSame) throw new ChangedCommand(name.toUpperCase())
}
