import { Button, Card, Form, Input, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "../../../components/brand";
import { Failure } from "../../../components/failure";
import { LanguageSwitch } from "../../../components/language-switch";
import type { Shapes } from "../../../api/client";
import { useSignIn } from "../api/sign-in";

interface Props {
  onSignedIn: () => void;
}

export function SignInPage({ onSignedIn }: Props) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  useEffect(() => {
    document.title = `${t("session.title")} · Trunkline`;
  }, [t]);
  return (
    <main className="sign-in">
      <div className="sign-in-corner">
        <LanguageSwitch />
      </div>
      <Card className="sign-in-card">
        <Brand size="large" />
        <Typography.Paragraph type="secondary">{t("session.lead")}</Typography.Paragraph>
        <Typography.Title level={1} className="sign-in-title">
          {t("session.title")}
        </Typography.Title>
        <Form<Shapes["Credentials"]>
          layout="vertical"
          requiredMark={false}
          onFinish={(credentials) => {
            signIn.mutate(credentials, { onSuccess: onSignedIn });
          }}
        >
          <Form.Item
            name="email"
            label={t("session.email")}
            rules={[{ required: true, message: t("session.emailNeeded") }]}
          >
            <Input type="email" autoComplete="username" autoFocus size="large" />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("session.password")}
            rules={[{ required: true, message: t("session.passwordNeeded") }]}
          >
            <Input.Password autoComplete="current-password" size="large" />
          </Form.Item>
          {signIn.isError && (
            <div className="sign-in-failure" role="alert">
              <Failure failure={signIn.error} />
            </div>
          )}
          <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
            {t("session.submit")}
          </Button>
        </Form>
      </Card>
    </main>
  );
}
