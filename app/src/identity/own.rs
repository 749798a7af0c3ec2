//! What people change about themselves: password, language, second factor; and asking for a reset.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node, Secret};
use serde::Serialize;
use store::{Control, StaffId, Uuid};

use super::{links::LinkKind, mail::SendLink, noun::SignInRefusal, store as rows};

macro_rules! own_command {
    ($(#[$doc:meta])* $name:ident $command:literal refuses $refusal:ty { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? } |$this:ident, $cx:ident| $body:block) => {
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub struct $name {
            /// The person's home.
            pub home: Uuid,
            /// Who.
            pub staff: StaffId,
            $($(#[$fdoc])* pub $field: $type),*
        }

        impl Command for $name {
            const NAME: &'static str = $command;
            type Home = Control;
            type Needs = Operate;
            type Done = ();
            type Refusal = $refusal;

            fn node(&self) -> Node {
                Node::known(self.home)
            }

            fn run(&self, $cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<$refusal>> {
                let $this = self;
                $body
            }
        }
    };
}

own_command!(
    /// Sets a new password after the old one was verified. Every session ends; the caller opens a new one.
    ChangePassword "identity.change_password" refuses SignInRefusal {
        /// The hash the old password was verified against.
        before: Secret<String>,
        /// The new one.
        after: Secret<String>,
    } |this, cx| {
        let person = rows::person(cx.tx, this.staff)?.ok_or(SignInRefusal::Wrong)?;
        if person.password_hash.as_ref() != Some(&this.before.0) {
            return Err(SignInRefusal::Wrong.into());
        }
        rows::set_password(cx.tx, this.staff, &this.after.0)?;
        rows::void_links(cx.tx, LinkKind::Reset, Some(this.staff), cx.now)?;
        rows::end_sessions(cx.tx, this.staff, cx.now)?;
        cx.changed("staff", this.staff, "password", (), "set");
        Ok(())
    }
);

own_command!(
    /// Chooses the language of pages and mail.
    ChooseLanguage "identity.choose_language" refuses Never {
        /// `en` or `de`.
        language: String,
    } |this, cx| {
        let before = rows::person(cx.tx, this.staff)?.and_then(|p| p.language);
        if before.as_ref() != Some(&this.language) {
            rows::set_language(cx.tx, this.staff, &this.language)?;
            cx.changed("staff", this.staff, "language", before, &this.language);
        }
        Ok(())
    }
);

own_command!(
    /// Begins to set up a second factor: keeps the sealed secret until a code confirms it.
    BeginTotp "identity.begin_totp" refuses Never {
        /// The secret, sealed.
        sealed: Secret<String>,
    } |this, cx| {
        if rows::person(cx.tx, this.staff)?.is_some_and(|p| !p.totp_on) {
            rows::set_totp(cx.tx, this.staff, Some(&this.sealed.0))?;
            cx.changed("staff", this.staff, "second_factor", "off", "begun");
        }
        Ok(())
    }
);

own_command!(
    /// Confirms the second factor by a first code, and replaces the recovery codes.
    ConfirmTotp "identity.confirm_totp" refuses SignInRefusal {
        /// The sealed secret the code was judged by.
        sealed: Secret<String>,
        /// The code's step.
        step: i64,
        /// Hashes of the recovery codes.
        recovery: Secret<Vec<[u8; 32]>>,
    } |this, cx| {
        if !rows::confirm_totp(cx.tx, this.staff, &this.sealed.0, this.step, cx.now)? {
            return Err(SignInRefusal::NotBegun.into());
        }
        rows::replace_recovery(cx.tx, this.staff, &this.recovery.0)?;
        cx.changed("staff", this.staff, "second_factor", "begun", "on");
        Ok(())
    }
);

own_command!(
    /// Turns the second factor off after the password was verified.
    DisableTotp "identity.disable_totp" refuses Never {} |this, cx| {
        rows::set_totp(cx.tx, this.staff, None)?;
        rows::replace_recovery(cx.tx, this.staff, &[])?;
        cx.changed("staff", this.staff, "second_factor", "on", "off");
        Ok(())
    }
);

own_command!(
    /// Asks for the mail that lets a person set a new password.
    RequestReset "identity.request_reset" refuses Never {} |this, cx| {
        cx.tell("identity.mail", &SendLink { staff: this.staff, kind: LinkKind::Reset });
        cx.changed("staff", this.staff, "password_reset", (), "requested");
        Ok(())
    }
);
