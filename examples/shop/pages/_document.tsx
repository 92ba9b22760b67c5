import Document, {
  Head,
  Html,
  Main,
  NextScript,
  type DocumentContext,
  type DocumentInitialProps,
} from 'next/document'
import { preferencesOf, type Preferences } from '@/app/preferences/preferences'
import { optional } from '@/lib/optional'
import { getSession } from '@/lib/session'

/** Gives pages of the Pages Router the theme of the session. */
export default class ShopDocument extends Document<Preferences> {
  static override async getInitialProps(
    context: DocumentContext,
  ): Promise<DocumentInitialProps & Preferences> {
    const { req, res } = context
    const session = req && res ? await optional(getSession(req, res), null) : null
    return { ...(await Document.getInitialProps(context)), ...preferencesOf(session) }
  }

  override render() {
    const { theme, density } = this.props
    return (
      <Html lang="en" data-theme={theme} data-density={density}>
        <Head>
          <link rel="icon" href="/icon.svg" />
        </Head>
        <body>
          <Main />
          <NextScript />
        </body>
      </Html>
    )
  }
}
