import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  first: boolean;
  last: boolean;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

/** What can be done with an entry of a list. */
export function EntryTools({ name, first, last, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const tool = (label: string, icon: React.ReactNode, disabled: boolean, act: () => void) => (
    <Button
      type="text"
      size="small"
      aria-label={`${t(label)}: ${name}`}
      title={t(label)}
      icon={icon}
      disabled={disabled}
      onClick={act}
    />
  );
  return (
    <span className="flow-entry-tools">
      {tool("flow.up", <ArrowUpOutlined />, first, () => {
        onMove(-1);
      })}
      {tool("flow.down", <ArrowDownOutlined />, last, () => {
        onMove(1);
      })}
      {tool("flow.remove", <DeleteOutlined />, false, onRemove)}
    </span>
  );
}
