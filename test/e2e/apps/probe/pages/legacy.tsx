import type { GetServerSideProps } from 'next'
import { getSession } from '../lib/session'

type Props = { count: number }

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res }) => {
  const session = await getSession(req, res)
  return { props: { count: await session.increment('count') } }
}

export default function Legacy({ count }: Props) {
  return <p id="count">{count}</p>
}
