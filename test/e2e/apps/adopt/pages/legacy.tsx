import type { GetServerSideProps } from 'next'
import { getSession } from '../lib/session'

type Props = { user: string }

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res }) => {
  return { props: { user: (await getSession(req, res)).userId ?? 'nobody' } }
}

export default function Legacy({ user }: Props) {
  return <p id="user">{user}</p>
}
