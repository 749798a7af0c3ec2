//! The nouns of agents, and what their state is. No I/O.

use command::Refusal;
use serde::{Deserialize, Serialize};
use store::{AgentId, CustomerId, Timestamp};

/// Whether an agent reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It was heard lately.
    Reporting,
    /// It is active, and yet was not heard for the days of silence.
    Silent,
    /// It was not heard for longer than the days of activity.
    Inactive,
}

impl AgentState {
    /// All of them.
    pub const ALL: [AgentState; 3] = [AgentState::Reporting, AgentState::Silent, AgentState::Inactive];

    /// The word in API and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            AgentState::Reporting => "reporting",
            AgentState::Silent => "silent",
            AgentState::Inactive => "inactive",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<AgentState> {
        AgentState::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// By what a partner judges its agents, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Not heard for so long it is silent.
    pub silent_days: i64,
    /// Not heard for longer it is inactive.
    pub active_days: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { silent_days: 7, active_days: 30 }
    }
}

impl Thresholds {
    /// Whoever was last heard then, or before, does not report.
    #[must_use]
    pub fn silent_at(&self, now: Timestamp) -> Timestamp {
        now.plus_days(-self.silent_days)
    }

    /// Whoever was last heard then, or before, is inactive: the last instant of activity itself still counts.
    #[must_use]
    pub fn inactive_at(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.plus_days(-self.active_days).0.saturating_sub(1))
    }

    /// The state of an agent that was last heard at an instant.
    #[must_use]
    pub fn state(&self, last_seen_at: Timestamp, now: Timestamp) -> AgentState {
        if last_seen_at <= self.inactive_at(now) {
            AgentState::Inactive
        } else if last_seen_at <= self.silent_at(now) {
            AgentState::Silent
        } else {
            AgentState::Reporting
        }
    }

    /// The instants between which those of a state were last heard: after the first, not after the second.
    #[must_use]
    pub fn span(&self, state: Option<AgentState>, now: Timestamp) -> (Timestamp, Timestamp) {
        match state {
            None => (Timestamp(i64::MIN), Timestamp::FOREVER),
            Some(AgentState::Reporting) => (self.silent_at(now), Timestamp::FOREVER),
            Some(AgentState::Silent) => (self.inactive_at(now), self.silent_at(now)),
            Some(AgentState::Inactive) => (Timestamp(i64::MIN), self.inactive_at(now)),
        }
    }
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// What its device is called.
    pub name: String,
    /// By what its device is known again, however often it enrols.
    pub machine_id: String,
    /// The mail address of whoever uses the device.
    pub user: Option<String>,
    /// What the device runs.
    pub platform: Option<String>,
    /// The agent's own version.
    pub version: Option<String>,
    /// Whether it reports.
    pub state: AgentState,
    /// When it enrolled first.
    pub enrolled_at: Timestamp,
    /// When it was last heard.
    pub last_seen_at: Timestamp,
}

/// Agents of a customer at most: a token that got out cannot fill the region.
pub const MOST_AGENTS: i64 = 500_000;
/// How far ahead of ours an agent's clock may be, in seconds.
pub const AHEAD: i64 = 300;
/// How late a heartbeat may come, in days.
pub const LATE_DAYS: i64 = 40;

/// What became of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the newest that is known.
    Accepted,
    /// A newer one was known: nothing changed. So is one that comes twice.
    Older,
    /// It was sent too long ago.
    TooLate,
    /// Its clock is too far ahead.
    InFuture,
    /// There is no such agent, or the sender may not report for it.
    UnknownAgent,
    /// It is no heartbeat.
    Invalid,
}

/// When a heartbeat counts as heard, or why it does not. A clock that is a little ahead is taken for ours.
///
/// # Errors
/// [`Verdict::InFuture`], [`Verdict::TooLate`].
pub fn heard(at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Verdict> {
    match at {
        Some(at) if at > now.plus_seconds(AHEAD) => Err(Verdict::InFuture),
        Some(at) if at < now.plus_days(-LATE_DAYS) => Err(Verdict::TooLate),
        at => Ok(at.map_or(now, |at| at.min(now))),
    }
}

/// The "no" of agents.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentRefusal {
    /// The token opens nothing here: it is unknown, ended, expired or meant for something else.
    Unknown {},
    /// The customer is suspended or removed.
    TenantLimit {},
    /// The customer's region is still being prepared.
    NotReady {
        /// Which customer.
        tenant_id: CustomerId,
    },
    /// A token would end before it begins, or too late.
    BadExpiry {},
    /// There are too many tokens.
    TooMany {},
    /// There are too many agents.
    TooManyAgents {},
}

impl Refusal for AgentRefusal {
    fn status(&self) -> u16 {
        match self {
            AgentRefusal::Unknown {} => 401,
            AgentRefusal::BadExpiry {} => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            AgentRefusal::Unknown {} => "unauthenticated",
            AgentRefusal::TenantLimit {} => "tenant-limit",
            AgentRefusal::NotReady { .. } => "tenant-not-ready",
            AgentRefusal::BadExpiry {} => "bad-expiry",
            AgentRefusal::TooMany {} => "too-many-tokens",
            AgentRefusal::TooManyAgents {} => "too-many-agents",
        }
    }
    fn title(&self) -> String {
        match self {
            AgentRefusal::Unknown {} => "This token opens nothing here".into(),
            AgentRefusal::TenantLimit {} => "This customer is suspended: its agents are not heard".into(),
            AgentRefusal::NotReady { .. } => "This customer is still being prepared".into(),
            AgentRefusal::BadExpiry {} => format!("A token is valid for {} days at most", super::tokens::DAYS.1),
            AgentRefusal::TooMany {} => format!("A customer has {} tokens at most", super::tokens::MOST),
            AgentRefusal::TooManyAgents {} => format!("A customer has {MOST_AGENTS} agents at most"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            AgentRefusal::Unknown {} => "Enrol again with a token of the customer.",
            AgentRefusal::TenantLimit {} => "Resume the customer first.",
            AgentRefusal::NotReady { .. } => "Try again in a few seconds.",
            AgentRefusal::BadExpiry {} => "Choose an instant that lies ahead, and not beyond that.",
            AgentRefusal::TooMany {} => "Revoke one that nobody uses.",
            AgentRefusal::TooManyAgents {} => "Remove those of devices that are gone.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, AgentRefusal::BadExpiry {}).then_some("/expires_at")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_follows_from_when_it_was_heard() {
        let (t, now) = (Thresholds::default(), Timestamp(0).plus_days(100));
        let state = |days: i64, micros: i64| t.state(Timestamp(now.plus_days(-days).0 + micros), now);
        assert_eq!((state(0, 0), state(7, 1)), (AgentState::Reporting, AgentState::Reporting));
        assert_eq!((state(7, 0), state(30, 0)), (AgentState::Silent, AgentState::Silent));
        assert_eq!((state(30, -1), state(31, 0)), (AgentState::Inactive, AgentState::Inactive));
        for state in AgentState::ALL {
            let (after, until) = t.span(Some(state), now);
            for heard in [now, t.silent_at(now), t.inactive_at(now), Timestamp(t.silent_at(now).0 + 1), Timestamp(t.inactive_at(now).0 + 1)]
            {
                assert_eq!(t.state(heard, now) == state, after < heard && heard <= until, "{state:?} {heard}");
            }
        }
    }

    #[test]
    fn a_heartbeat_is_heard_at_its_own_time_within_reason() {
        let now = Timestamp(0).plus_days(100);
        assert_eq!(heard(None, now), Ok(now));
        assert_eq!(heard(Some(now.plus_days(-3)), now), Ok(now.plus_days(-3)));
        assert_eq!(heard(Some(now.plus_seconds(AHEAD)), now), Ok(now));
        assert_eq!(heard(Some(now.plus_seconds(AHEAD + 1)), now), Err(Verdict::InFuture));
        assert_eq!(heard(Some(now.plus_days(-LATE_DAYS - 1)), now), Err(Verdict::TooLate));
    }
}
