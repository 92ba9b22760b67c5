import { testShop } from './shop/everywhere.ts'

testShop(true, ['SQLite', 'Redis'])
