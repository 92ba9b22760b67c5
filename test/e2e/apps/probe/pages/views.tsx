import type { GetServerSideProps } from 'next'
import { getSession } from '../lib/next-session'

type Props = { views: number }

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res }) => {
  const session = await getSession(req, res)
  session.views = session.views ? session.views + 1 : 1
  return { props: { views: session.views } }
}

export default function Views({ views }: Props) {
  return <p id="views">{views}</p>
}
