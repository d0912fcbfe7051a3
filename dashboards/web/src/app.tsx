// The frame around all pages.
import type { ReactNode } from "react";

export function App(): ReactNode {
  return <h1>weir</h1>;
}
