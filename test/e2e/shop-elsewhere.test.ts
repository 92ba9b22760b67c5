import { testShop } from './shop/everywhere.ts'

testShop(true, ['Upstash', 'a cluster'])
