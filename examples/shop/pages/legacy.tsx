import type { GetServerSideProps } from 'next'
import Head from 'next/head'
import { getSession } from '@/lib/session'

interface Props {
  views: number
}

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res }) => {
  const session = await getSession(req, res)
  return { props: { views: await session.increment('views') } }
}

export default function Legacy({ views }: Props) {
  return (
    <div className="sheet narrow">
      <Head>
        <title>Legacy · Wayside</title>
      </Head>
      <h1>A page from before</h1>
      <p>
        This is the Pages Router. It has the same session as everything else, and you have seen it{' '}
        <strong>{views === 1 ? 'once' : `${views} times`}</strong>.
      </p>
    </div>
  )
}
