/** @module ioredis-mock beside the ioredis that it asks for. */

export { default as IoredisMock } from 'ioredis-mock'
