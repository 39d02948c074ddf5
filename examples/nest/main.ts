/** Songs beside the controllers of NestJS. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { attach } from 'tutti/server';

@Controller()
class HelloController {
  @Get()
  hello(): string {
    return 'Hello from the application';
  }
}

@Module({ controllers: [HelloController] })
class AppModule {}

const app = await NestFactory.create(AppModule);
// Without a secret it is a demo: the page at /tutti is everybody's.
const songs = await attach(app.getHttpServer(), { basePath: '/tutti', jwtSecret: process.env.JWT_SECRET });

await app.listen(process.env.PORT ?? 3000);
console.log(`listening on ${songs.url}`);

process.once('SIGTERM', async () => {
  await songs.close();
  await app.close();
});
