/** How things can be delivered. */
export const ways = ['by post', 'by ferry', 'by hand'] as const

/** What the form asks for. */
export interface Order {
  name: string
  street: string
  town: string
  way: (typeof ways)[number]
  note: string
}

/** Reads a sent form; `null` if something is missing. */
export function orderOf(form: FormData): Order | null {
  function text(name: string): string {
    const value = form.get(name)
    return typeof value === 'string' ? value.trim().slice(0, 200) : ''
  }
  const way = ways.find((one) => one === form.get('way'))
  const [name, street, town] = [text('name'), text('street'), text('town')]
  return name && street && town && way ? { name, street, town, way, note: text('note') } : null
}
