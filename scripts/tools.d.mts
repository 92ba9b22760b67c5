export declare function findRedisServer(): string | undefined
export declare function findChromium(): string | undefined
export declare function findWrk(): string | undefined
