export declare function findRedisServer(): string | undefined
export declare const SERVERS_FOLDER: string
export declare function findRedisServers(): string[]
export declare function findChromium(): string | undefined
export declare function findWrk(): string | undefined
export declare function findStrace(): string | undefined
export declare function findMemcached(): string | undefined
export declare function findPostgres(): string | undefined
