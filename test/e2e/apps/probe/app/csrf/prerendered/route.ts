export function GET() {
  return new Response('the same for all')
}
