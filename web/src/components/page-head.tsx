import { Typography } from "antd";
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
}

/** The heading of a page, which is also the title of the browser's tab. */
export function PageHead({ title, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Trunkline`;
  }, [title]);
  return (
    <header className="page-head">
      <Typography.Title level={1}>{title}</Typography.Title>
      <div className="page-head-side">{children}</div>
    </header>
  );
}
