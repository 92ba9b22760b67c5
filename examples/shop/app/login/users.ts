/** Somebody who may sign in. */
export interface User {
  id: string
  name: string
}

// Invented, and with passwords in plain sight. Yours would store salted hashes (argon2, scrypt).
const users: (User & { password: string })[] = [
  { id: 'ada', name: 'Ada', password: 'lovelace' },
  { id: 'grace', name: 'Grace', password: 'hopper' },
]

export async function checkPassword(username: string, password: string): Promise<User | null> {
  const user = users.find(({ id }) => id === username)
  return user?.password === password ? { id: user.id, name: user.name } : null
}
