interface Props {
  size?: "small" | "large";
}

export function Brand({ size = "small" }: Props) {
  return (
    <span className={`brand brand-${size}`}>
      <img src="/favicon.svg" alt="" width={size === "large" ? 40 : 26} />
      <span>Trunkline</span>
    </span>
  );
}
