import {
  ApartmentOutlined,
  CustomerServiceOutlined,
  EditOutlined,
  FormOutlined,
  GlobalOutlined,
  MailOutlined,
  PhoneOutlined,
  PoweroffOutlined,
  QuestionOutlined,
  RobotOutlined,
  SoundOutlined,
  TableOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";

const ICONS: Record<string, ComponentType> = {
  play: SoundOutlined,
  language: GlobalOutlined,
  menu: TableOutlined,
  collect: FormOutlined,
  voicemail: MailOutlined,
  set: EditOutlined,
  branch: ApartmentOutlined,
  queue: TeamOutlined,
  agent: CustomerServiceOutlined,
  number: PhoneOutlined,
  stream: RobotOutlined,
  hangup: PoweroffOutlined,
};

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? QuestionOutlined;
  return (
    <span className="flow-kind-icon" aria-hidden>
      <Icon />
    </span>
  );
}
