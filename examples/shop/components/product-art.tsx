/** The picture of a product, drawn in the colours of the theme. Decorative: the name stands beside it. */
export function ProductArt({ id }: { id: string }) {
  return (
    <svg className="art" data-art={id} viewBox="0 0 160 180" aria-hidden="true">
      {drawings[id]}
    </svg>
  )
}

const drawings: Record<string, React.ReactNode> = {
  mug: (
    <>
      <path className="shade" d="M22 148h116v6H22z" />
      <path className="line" d="M106 88c26-6 34 38 2 38" />
      <path className="one" d="M46 72h62l-5 66c-1 7-5 10-11 10H62c-6 0-10-3-11-10z" />
      <path className="two" d="M44 68h66v9H44z" />
      <path className="thin" d="M66 54c-8-10 8-14 0-26M88 54c-8-10 8-14 0-26" />
    </>
  ),
  lantern: (
    <>
      <path className="shade" d="M22 148h116v6H22z" />
      <path className="line" d="M52 66c0-48 56-48 56 0" />
      <path className="three" d="M52 76h56v60H52z" />
      <path className="sun" d="M80 86c18 20 14 42 0 44-14-2-18-24 0-44z" />
      <path className="one" d="M62 50h36l14 26H48zM44 134h72v14H44z" />
      <path className="thin" d="M66 76v58M94 76v58" />
    </>
  ),
  blanket: (
    <>
      <path className="shade" d="M18 148h124v6H18z" />
      <rect className="one" x="26" y="112" width="108" height="36" rx="14" />
      <rect className="three" x="30" y="80" width="100" height="34" rx="14" />
      <rect className="two" x="36" y="50" width="88" height="32" rx="14" />
      <path className="stripe" d="M96 50v32M108 50v32M98 80v34M112 80v34M100 112v36M114 112v36" />
      <path className="thin" d="M36 66h-8m2 32h-8m4 32h-8" />
    </>
  ),
  notebook: (
    <>
      <path className="shade" d="M18 148h124v6H18z" />
      <rect className="three" x="50" y="44" width="70" height="104" rx="4" />
      <rect className="one" x="42" y="40" width="72" height="108" rx="5" />
      <path className="two" d="M42 45a5 5 0 0 1 5-5h9v108h-9a5 5 0 0 1-5-5z" />
      <rect className="three" x="68" y="60" width="34" height="24" rx="2" />
      <path className="thin" d="M74 69h22M74 76h14" />
      <path className="sun" d="M92 140h8v24l-4-5-4 5z" />
    </>
  ),
  kettle: (
    <>
      <path className="shade" d="M18 148h124v6H18z" />
      <path className="line" d="M50 78c0-46 60-46 60 0" />
      <path className="two" d="M112 104l24-22 8 8-26 38z" />
      <path className="one" d="M40 118c0-54 80-54 80 0v18c0 8-4 12-12 12H52c-8 0-12-4-12-12z" />
      <path className="three" d="M58 82c8-10 36-10 44 0z" />
      <circle className="sun" cx="80" cy="69" r="6" />
      <path className="thin" d="M52 116c2-12 8-18 16-22" />
    </>
  ),
  key: (
    <>
      <path className="shade" d="M22 148h116v6H22z" />
      <path className="ribbon" d="M66 32c-22 14 22 26-4 40M66 32c26 10-8 28 14 40" />
      <circle className="line" cx="72" cy="88" r="19" />
      <path className="one" d="M67 106h10v42H67zM77 124h16v8H77zM77 137h12v8H77z" />
      <circle className="sun" cx="72" cy="88" r="6" />
    </>
  ),
}
