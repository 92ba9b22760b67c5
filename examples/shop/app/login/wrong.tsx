/** The message that name and password do not match. */
export function Wrong() {
  return (
    <p id="wrong" className="wrong" role="alert">
      That name and password do not go together.
    </p>
  )
}
