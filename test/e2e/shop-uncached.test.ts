import { testShop } from './shop/everywhere.ts'

testShop(false, ['SQLite', 'Redis'])
