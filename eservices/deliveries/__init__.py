"""The outbox: every act towards another system or person, with its attempts and outcome."""
