'use client';
import dynamic from 'next/dynamic';

// It needs a browser.
const Song = dynamic(() => import('./song.js'), { ssr: false });

export default function Page() {
  return (
    <main>
      <h1>Hello from the application</h1>
      <Song />
    </main>
  );
}
